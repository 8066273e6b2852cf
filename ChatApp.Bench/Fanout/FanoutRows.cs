namespace ChatApp.Bench.Fanout;

/// <summary>The rows of one workload, and what can be said of them together.</summary>
/// <param name="workload">Which.</param>
internal sealed class FanoutRows(Workload workload)
{
    private readonly List<FanoutRow> _measured = [];

    public Workload Workload => workload;

    /// <summary>The rounds without disturbance; all of them where there is none.</summary>
    public List<FanoutRow> Rows
    {
        get
        {
            List<FanoutRow> calm = [.. _measured.GroupBy(row => row.Round).Where(round => round.All(row => row.Calm)).SelectMany(round => round)];
            return calm.Count > 0 ? calm : _measured;
        }
    }

    /// <summary>All rows, as they were measured.</summary>
    public IReadOnlyList<FanoutRow> Measured => _measured;

    /// <summary>How many rounds the figures come from.</summary>
    public int Rounds => RoundsIn(Rows);

    /// <summary>How many rounds were left out.</summary>
    public int LeftOut => RoundsIn(_measured) - Rounds;

    /// <summary>How calm the machine was before; null where that was not measured.</summary>
    public Stalls? Stalls { get; set; }

    public void Add(FanoutRow row) => _measured.Add(row);

    /// <summary>Forgets the last round where some of its rows are missing.</summary>
    public void KeepWholeRounds(int servers) => _measured.RemoveRange(_measured.Count / servers * servers, _measured.Count % servers);

    /// <summary>How many rounds were calm.</summary>
    public int CalmRounds(int servers) => _measured.GroupBy(row => row.Round).Count(round => round.Count() == servers && round.All(row => row.Calm));

    /// <summary>Whether a server was measured.</summary>
    public bool Has(string server) => _measured.Exists(row => row.Server == server);

    /// <summary>The median over the rounds of a server's figure; null where it was not measured.</summary>
    public double? Median(string server, Func<FanoutRow, double?> figure)
    {
        double[] values = [.. Rows.Where(row => row.Server == server).Select(figure).OfType<double>()];
        return values.Length == 0 ? null : Figures.Median(values);
    }

    /// <summary>The median over the rounds of one server's figure divided by another's; null where no round has both.</summary>
    public double? Ratio(string upper, string lower, Func<FanoutRow, double> figure)
    {
        var rows = Rows;
        double[] ratios =
        [
            .. from above in rows
               join below in rows on above.Round equals below.Round
               where above.Server == upper && below.Server == lower
               select figure(above) / figure(below),
        ];
        return ratios.Length == 0 ? null : Figures.Median(ratios);
    }

    private static int RoundsIn(IEnumerable<FanoutRow> rows) => rows.Select(row => row.Round).Distinct().Count();
}
