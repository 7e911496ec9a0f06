using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Hosting.Health;
using HospitalStreaming.Postgres.Embedded;
using HospitalStreaming.Postgres.Embedded.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Postgres;

/// <summary>
/// A second copy of this test program that hosts a server and waits to be killed. It takes over before the test runner starts, where
/// an environment variable asks for it.
/// </summary>
internal static class ChildHost
{
    private const string What = "HOSPITAL_TEST_CHILD";

    /// <summary>Starts the copy; returns when it has written its one line: the process id it hosts.</summary>
    public static async Task<(Process Host, int Hosted)> StartAsync(string what)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.Environment[What] = what;
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(ChildHost).Assembly.Location;
        var host = Process.Start(start)!;
        var line = await host.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return (host, int.Parse(line.ShouldNotBeNull(), CultureInfo.InvariantCulture));
    }

    /// <summary>Does what the variable asks for, until killed; returns at once where it is not set.</summary>
    public static void TakeOver()
    {
        switch (Environment.GetEnvironmentVariable(What))
        {
            case null:
                return;
            case "watched-sleep":
                var sleep = Process.Start("/bin/sleep", "600");
                ParentWatch.Begin(sleep.Id);
                Console.WriteLine(sleep.Id);
                break;
            case { } folder:
                var options = new EmbeddedPostgresOptions { Name = "hospital", Purpose = ServerPurpose.Hospital, Folder = folder, Databases = ["hospital"] };
                var server = new EmbeddedPostgres(options, new RoleHealth(TimeProvider.System), TimeProvider.System, NullLogger<EmbeddedPostgres>.Instance);
                server.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
                Console.WriteLine(server.ProcessId);
                break;
        }

        // Until it is killed: that is what it is for.
        new ManualResetEvent(false).WaitOne();
    }
}
