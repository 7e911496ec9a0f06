using HospitalStreaming.Dashboard.Login;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public class PasswordHashTests
{
    [Fact]
    public void Knows_its_password_and_no_other()
    {
        var hash = PasswordHash.Create("correct horse battery");
        PasswordHash.Verify("correct horse battery", hash).ShouldBeTrue();
        PasswordHash.Verify("correct horse batterY", hash).ShouldBeFalse();
        hash.ShouldNotContain("horse");
        PasswordHash.IsWellFormed(hash).ShouldBeTrue();
    }

    [Fact]
    public void Salts_every_hash_anew() => PasswordHash.Create("correct horse battery").ShouldNotBe(PasswordHash.Create("correct horse battery"));

    [Fact]
    public void Refuses_a_short_password() => Should.Throw<ArgumentException>(() => PasswordHash.Create("hunter2"));

    [Theory]
    [InlineData("")]
    [InlineData("correct horse battery")]
    [InlineData("pbkdf2-sha256:600000:AAAA:AAAA")]
    [InlineData("pbkdf2-sha256:1:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("md5:600000:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("pbkdf2-sha256:2000000000:AAAAAAAAAAAAAAAAAAAAAA==:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public void Takes_nothing_but_its_own_form(string hash)
    {
        PasswordHash.IsWellFormed(hash).ShouldBeFalse();
        PasswordHash.Verify(hash, hash).ShouldBeFalse();
    }
}
