using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Postgres.Embedded;
using HospitalStreaming.Postgres.Embedded.Binaries;
using HospitalStreaming.Postgres.Embedded.Processes;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Postgres;

public sealed class EmbeddedPostgresCrashTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ends_with_a_killed_host_and_loses_no_commit(bool killServerToo)
    {
        await using var test = new TestServer();
        var folder = test.FolderOf("hospital");
        var (host, hosted) = await ChildHost.StartAsync(folder);
        var endpoint = EmbeddedEndpoint.Read(folder).ShouldNotBeNull();
        endpoint.ProcessId.ShouldBe(hosted);
        await TestServer.AskAsync(endpoint.ConnectionString("hospital"), "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS row");
        var children = Children(hosted);
        host.Kill();
        if (killServerToo)
        {
            foreach (var process in children.Append(hosted))
            {
                Libc.Signal(process, Libc.SigKill);
            }
        }

        await TestServer.UntilAsync("the server has ended", () => !IsAlive(hosted), Soon);
        var next = await test.StartAsync(test.Options());

        (await TestServer.AskAsync(next.ConnectionString("hospital"), "SELECT count(*) FROM kept")).ShouldBe(1000L);
        children.Where(IsAlive).ShouldBeEmpty();
    }

    [Fact]
    public async Task Takes_over_at_once_while_the_killed_hosts_server_still_ends()
    {
        await using var test = new TestServer();
        var (host, hosted) = await ChildHost.StartAsync(test.FolderOf("hospital"));
        host.Kill();
        await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        var next = await test.StartAsync(test.Options());

        next.ProcessId.ShouldNotBe(hosted);
        IsAlive(hosted).ShouldBeFalse();
        (await TestServer.AskAsync(next.ConnectionString("hospital"), "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Stops_an_orphan_of_an_earlier_run_before_it_starts()
    {
        await using var test = new TestServer();
        await (await test.StartAsync(test.Options())).StopAsync();
        var runAs = RunAs.Choose(null, Libc.OwnerOf(Path.Combine(test.FolderOf("hospital"), "data")));
        var binaries = await BinariesLocator.LocateAsync(null, runAs, TestContext.Current.CancellationToken);
        using var orphan = await ServerProcess.StartAsync(new ServerFolder(test.FolderOf("hospital")), binaries, runAs, new BoundedLog(Path.Combine(test.Root, "orphan.log"), 1_000_000));
        await TestServer.UntilAsync("the orphan runs", () => EmbeddedEndpoint.Read(test.FolderOf("hospital")) is not null, Soon);
        var next = await test.StartAsync(test.Options());

        await orphan.Exited.WaitAsync(Soon, TestContext.Current.CancellationToken);
        (await TestServer.AskAsync(next.ConnectionString("hospital"), "SELECT pg_backend_pid()")).ShouldBeOfType<int>();
        EmbeddedEndpoint.Read(test.FolderOf("hospital")).ShouldNotBeNull().ProcessId.ShouldBe(next.ProcessId);
    }

    [Fact]
    public async Task Is_not_held_up_by_a_stale_file_that_names_some_other_live_process()
    {
        await using var test = new TestServer();
        await (await test.StartAsync(test.Options())).StopAsync();
        await File.WriteAllTextAsync(PostmasterFile.PathIn(Path.Combine(test.FolderOf("hospital"), "data")), $"{Environment.ProcessId}\n/elsewhere\n1\n5432\n\n\n\nready\n", TestContext.Current.CancellationToken);

        (await TestServer.AskAsync((await test.StartAsync(test.Options())).ConnectionString("hospital"), "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Discards_what_an_interrupted_initdb_left()
    {
        await using var test = new TestServer();
        Directory.CreateDirectory(Path.Combine(test.FolderOf("hospital"), "draft", "data", "base"));

        await test.StartAsync(test.Options());

        Directory.Exists(Path.Combine(test.FolderOf("hospital"), "draft")).ShouldBeFalse();
    }

    [Fact]
    public async Task Is_started_again_on_its_port_when_it_dies_and_given_up_when_it_keeps_dying()
    {
        await using var test = new TestServer();
        var server = await test.StartAsync(test.Options());
        var port = server.Port;
        for (var death = 1; death <= 5; death++)
        {
            var before = server.ProcessId;
            Libc.Signal(before, Libc.SigKill);
            await TestServer.UntilAsync($"healthy again after death {death}", () => server.ProcessId != before && Condition(test) == RoleCondition.Healthy, TimeSpan.FromSeconds(20));
        }

        server.Port.ShouldBe(port);
        (await TestServer.AskAsync(server.ConnectionString("hospital"), "SELECT 1")).ShouldBe(1);
        Libc.Signal(server.ProcessId, Libc.SigKill);
        var end = await Should.ThrowAsync<EmbeddedPostgresException>(() => server.Ended.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        end.Message.ShouldContain("died 6 times");
        Condition(test).ShouldBe(RoleCondition.Unhealthy);
    }

    [Fact]
    public async Task The_watch_for_systems_without_a_death_signal_ends_the_child_of_a_killed_host()
    {
        var (host, sleep) = await ChildHost.StartAsync("watched-sleep");
        IsAlive(sleep).ShouldBeTrue();
        host.Kill();

        await TestServer.UntilAsync("the watched process has ended", () => !IsAlive(sleep), Soon);
    }

    private static RoleCondition Condition(TestServer test) => test.Health.States.Single().Condition;

    private static List<int> Children(int process) =>
        [.. File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    private static bool IsAlive(int process)
    {
        try
        {
            // The state follows the name in brackets; a zombie has ended.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
