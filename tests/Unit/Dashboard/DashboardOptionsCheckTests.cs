using HospitalStreaming.Dashboard.Login;
using HospitalStreaming.Dashboard.Settings;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Dashboard;

public class DashboardOptionsCheckTests
{
    private static readonly string Hash = PasswordHash.Create("correct horse battery");

    [Fact]
    public void Takes_the_defaults()
    {
        Keys(new DashboardOptions()).ShouldBeEmpty();
        DashboardSettings.From(new DashboardOptions()).Url.ShouldBe("http://localhost:8080");
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("::1")]
    [InlineData("localhost")]
    public void Needs_no_login_on_loopback(string address) => Keys(new DashboardOptions { Address = address }).ShouldBeEmpty();

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("10.1.2.3")]
    [InlineData("::ffff:10.1.2.3")]
    public void Refuses_any_other_address_until_a_login_is_configured(string address)
    {
        var open = new DashboardOptions { Address = address, AllowedHosts = "dashboard.example" };
        var problem = new DashboardOptionsCheck(open).Problems().ShouldHaveSingleItem();
        problem.Key.ShouldBe("Dashboard:Address");
        problem.Fix.ShouldContain("hospital hash-password");
        open.Login = new LoginOptions { User = "head", PasswordHash = Hash };
        Keys(open).ShouldBeEmpty();
    }

    [Fact]
    public void Names_the_hosts_of_an_open_address() =>
        Keys(new DashboardOptions { Address = "0.0.0.0", Login = new LoginOptions { User = "head", PasswordHash = Hash } }).ShouldBe(["Dashboard:AllowedHosts"]);

    [Fact]
    public void Tells_everything_at_once() => Keys(new DashboardOptions
    {
        Address = "everywhere",
        Port = "80800",
        MaxViewers = "-1",
        MaxStreamsPerViewer = "many",
        PageFolder = "/no/such/folder",
        Login = new LoginOptions { User = "head", PasswordHash = "secret", SessionHours = "0" },
    }).ShouldBe(["Dashboard:Address", "Dashboard:Login:PasswordHash", "Dashboard:Port", "Dashboard:MaxViewers", "Dashboard:MaxStreamsPerViewer", "Dashboard:Login:SessionHours", "Dashboard:PageFolder"]);

    [Fact]
    public void Never_repeats_a_password_that_was_put_where_the_hash_belongs() =>
        new DashboardOptionsCheck(new DashboardOptions { Login = new LoginOptions { User = "head", PasswordHash = "my-plain-secret" } })
            .Problems().ShouldAllBe(problem => !problem.Fix.Contains("my-plain-secret"));

    private static string[] Keys(DashboardOptions options) => [.. new DashboardOptionsCheck(options).Problems().Select(problem => problem.Key)];
}
