using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace ChatApp.Bench.Revocation;

/// <summary>The bench's hand on a <see cref="LeverServer"/>. Blocks its caller.</summary>
internal sealed class Levers : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private Levers(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream);
        _writer = new StreamWriter(_stream) { AutoFlush = true };
    }

    /// <summary>Connects, as soon as the server is ready for it.</summary>
    public static async Task<Levers> ConnectAsync(int port, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(LeverServer.SocketOf(port)), cancellation);
                return new Levers(socket);
            }
            catch (SocketException) when (attempt < 400)
            {
                socket.Dispose();
                await Task.Delay(25, cancellation);
            }
        }
    }

    /// <summary>A new moderator.</summary>
    /// <returns>The id of the account.</returns>
    public string AddPerson(string name) => Ask($"person {name}");

    /// <summary>A new private room.</summary>
    public string MakeRoom(params string[] members) => Ask($"room {string.Join(' ', members)}");

    /// <summary>Takes the right away.</summary>
    /// <returns>Nanoseconds of the machine's clock at the call and at its return, in the server's process.</returns>
    public Pulled Pull(Lever lever, string user, string room)
    {
        var answer = Ask($"pull {lever} {user} {room}").Split(' ');
        return answer is [var called, var returned]
            ? new Pulled(long.Parse(called, CultureInfo.InvariantCulture), long.Parse(returned, CultureInfo.InvariantCulture))
            : throw new BenchException($"the server refused: {LeverFacts.NameOf(lever)}");
    }

    /// <summary>A session of a program.</summary>
    /// <returns>Its access token.</returns>
    public static async Task<string> SignInAsync(HttpClient http, string name, CancellationToken cancellation)
    {
        using var answer = await http.PostAsJsonAsync("api/account/login", new { email = $"{name}@example.org", password = LeverServer.Password, name = "bench" }, cancellation);
        if (!answer.IsSuccessStatusCode) throw new BenchException($"the sign-in was refused with {(int)answer.StatusCode}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("accessToken").GetString()!;
    }

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
        _stream.Dispose();
    }

    private string Ask(string question)
    {
        _writer.WriteLine(question);
        return _reader.ReadLine() ?? throw new BenchException("the server ended");
    }

    /// <summary>When a right was taken away.</summary>
    /// <param name="Called">Just before the call, in nanoseconds.</param>
    /// <param name="Returned">Just after it.</param>
    public sealed record Pulled(long Called, long Returned);
}
