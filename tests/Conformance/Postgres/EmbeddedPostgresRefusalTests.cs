using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Postgres.Embedded;
using HospitalStreaming.Postgres.Embedded.Binaries;
using HospitalStreaming.Postgres.Embedded.Processes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Postgres;

public sealed class EmbeddedPostgresRefusalTests
{
    [Fact]
    public async Task Names_who_holds_a_taken_port_and_the_setting()
    {
        await using var test = new TestServer();
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var refusal = await RefusalAsync(test.Prepare(test.Options() with { Port = port, PortSetting = "Postgres:Port" }));

        refusal.ShouldContain($"port {port}");
        refusal.ShouldContain($"(process {Environment.ProcessId})");
        refusal.ShouldContain("Postgres:Port");
    }

    [Fact]
    public async Task Takes_another_port_where_the_last_runs_is_taken()
    {
        await using var test = new TestServer();
        var first = await test.StartAsync(test.Options());
        await first.StopAsync();
        using var holder = new TcpListener(IPAddress.Loopback, first.Port);
        holder.Start();

        (await test.StartAsync(test.Options())).Port.ShouldNotBe(first.Port);
    }

    [Fact]
    public async Task Refuses_a_folder_in_use()
    {
        await using var test = new TestServer();
        var first = await test.StartAsync(test.Options());

        (await RefusalAsync(test.Prepare(test.Options()))).ShouldContain("in use by another hospital process");
        (await TestServer.AskAsync(first.ConnectionString("hospital"), "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Refuses_the_data_of_another_major_version()
    {
        await using var test = new TestServer();
        await (await test.StartAsync(test.Options())).StopAsync();
        await File.WriteAllTextAsync(Path.Combine(test.FolderOf("hospital"), "data", "PG_VERSION"), "99\n", TestContext.Current.CancellationToken);

        (await RefusalAsync(test.Prepare(test.Options()))).ShouldContain("made by PostgreSQL 99");
    }

    [Fact]
    public async Task Refuses_a_binaries_folder_without_programs()
    {
        await using var test = new TestServer();

        (await RefusalAsync(test.Prepare(test.Options() with { BinariesFolder = test.Root }))).ShouldContain("Postgres:Binaries");
    }

    [Fact]
    public async Task Runs_below_a_home_that_only_root_can_enter()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess || Environment.GetEnvironmentVariable("CI") is null, "needs root");
        await using var test = new TestServer();
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var home = Directory.CreateDirectory(Path.Combine(test.Root, "home"), ownerOnly).FullName;
        foreach (var source in Directory.EnumerateFiles(NpmPackage.Locate(), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(home, Path.GetRelativePath(NpmPackage.Locate(), source));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(source, copy);
        }

        var runAs = RunAs.Choose(null, null);
        var binaries = await BinariesLocator.BundledAsync(home, runAs, TestContext.Current.CancellationToken);

        binaries.Major.ShouldBeGreaterThanOrEqualTo(18);
        binaries.Folder.StartsWith(home, StringComparison.Ordinal).ShouldBe(runAs is null);
        var server = await test.StartAsync(test.Options() with { Folder = Path.Combine(home, "state"), BinariesFolder = runAs is null ? null : binaries.Folder });
        (await TestServer.AskAsync(server.ConnectionString("hospital"), "SELECT 1")).ShouldBe(1);
        if (runAs is not null)
        {
            File.ReadLines($"/proc/{server.ProcessId}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1].ShouldBe(runAs.User.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static async Task<string> RefusalAsync(EmbeddedPostgres server) =>
        (await Should.ThrowAsync<EmbeddedPostgresException>(() => server.StartAsync(TestContext.Current.CancellationToken))).Message;
}
