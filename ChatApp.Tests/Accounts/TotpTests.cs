using System.Text;
using ChatApp.Accounts;

namespace ChatApp.Tests.Accounts;

public sealed class TotpTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_111_111_109);

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1_111_111_109, "081804")]
    [InlineData(1_111_111_111, "050471")]
    [InlineData(1_234_567_890, "005924")]
    [InlineData(2_000_000_000, "279037")]
    [InlineData(20_000_000_000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string expected) =>
        Assert.Equal(expected, Totp.Code(Key, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Theory]
    [InlineData(-60, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(30, true)]
    [InlineData(60, false)]
    public void A_clock_may_be_wrong_by_one_step(int seconds, bool isGood) =>
        Assert.Equal(isGood, Totp.Match(Key, FactorKit.CodeAt(Key, Now.AddSeconds(seconds)), Now, last: 0) is not null);

    [Fact]
    public void A_step_that_was_taken_and_those_before_it_are_spent()
    {
        var step = Totp.Match(Key, Totp.Code(Key, Totp.StepAt(Now)), Now, last: 0);
        Assert.Equal(Totp.StepAt(Now), step);
        Assert.Null(Totp.Match(Key, Totp.Code(Key, step!.Value), Now, step.Value));
        Assert.Null(Totp.Match(Key, Totp.Code(Key, step.Value - 1), Now, step.Value));
        Assert.Equal(step + 1, Totp.Match(Key, Totp.Code(Key, step.Value + 1), Now, step.Value));
    }

    [Fact]
    public void People_may_type_spaces()
    {
        var code = Totp.Code(Key, Totp.StepAt(Now));
        Assert.NotNull(Totp.Match(Key, $" {code[..3]} {code[3..]} ", Now, last: 0));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("81804")]
    [InlineData("0818040")]
    [InlineData("08180a")]
    [InlineData("٠٨١٨٠٤")]
    [InlineData("081804                                          ")]
    public void What_is_not_six_digits_is_no_code(string? code) => Assert.Null(Totp.Match(Key, code, Now, last: 0));

    [Fact]
    public void The_key_is_shown_as_apps_read_it()
    {
        Assert.Equal("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", Totp.Grouped(Key));
        Assert.Equal(
            "otpauth://totp/Our%20chat:Ann%20%26%20Bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Our%20chat&digits=6&period=30",
            Totp.Address(Key, "Our:chat", "Ann & Bob"));
        Assert.Equal(Totp.KeyBytes, Totp.MakeKey().Length);
        Assert.Equal(Key, FactorKit.KeyOf(Totp.Grouped(Key)));
    }
}
