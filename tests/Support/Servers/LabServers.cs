using System.Diagnostics;
using System.Globalization;

namespace HospitalStreaming.Tests.Support.Servers;

/// <summary>The lab's servers on ports and in a state folder of their own; those that were started are stopped at the end.</summary>
internal sealed class LabServers : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private readonly PortBlock _ports = PortBlock.Take();
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("hospital-lab-");

    /// <summary>Port of PostgreSQL (superuser postgres, no password).</summary>
    public int PostgresPort => _ports.Start;

    /// <summary>Kafka's bootstrap address; its controller has the next port.</summary>
    public string Kafka => Address(1);

    /// <summary>Kafka Connect's REST interface.</summary>
    public Uri Connect => new("http://" + Address(3));

    /// <summary>The Cloud Storage stand-in.</summary>
    public string Gcs => "http://" + Address(4);

    /// <summary>The BigQuery emulator; it listens on the tenth port after this one too.</summary>
    public string BigQuery => "http://" + Address(5);

    /// <summary>Connection string of a database on PostgreSQL.</summary>
    public string Postgres(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={PostgresPort};Username=postgres;Database={database}");

    /// <summary>File with the process id of a running server.</summary>
    public string PidFile(string server) => Path.Combine(_state.FullName, server + ".pid");

    /// <summary>Starts servers of the lab (postgres, kafka, connect, gcs, bigquery); returns when they answer.</summary>
    public Task UpAsync(params string[] servers) => RunAsync(["up", .. servers]);

    /// <summary>Stops them, or all where none is named.</summary>
    public Task DownAsync(params string[] servers) => RunAsync(["down", .. servers]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        EndBigQuery();
        await DownAsync();
        _state.Delete(recursive: true);
        _ports.Dispose();
    }

    // Asked to stop, the emulator takes three seconds for nothing anyone will read.
    private void EndBigQuery()
    {
        if (!File.Exists(PidFile("bigquery")))
        {
            return;
        }

        try
        {
            using var emulator = Process.GetProcessById(int.Parse(File.ReadAllText(PidFile("bigquery")), CultureInfo.InvariantCulture));
            emulator.Kill();
        }
        catch (ArgumentException)
        {
            // It ended by itself.
        }
    }

    private string Address(int offset) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_ports.Start + offset}");

    private async Task RunAsync(string[] arguments)
    {
        // The servers outlive the command and inherit its streams: a file has no reader that would wait for their end.
        var said = Path.Combine(_state.FullName, "lab.log");
        var start = new ProcessStartInfo("bash", ["-c", "exec \"$0\" \"$@\" >\"$LAB_SAID\" 2>&1 </dev/null", Lab.Command, .. arguments]);
        start.Environment["LAB_SAID"] = said;
        start.Environment["LAB_STATE"] = _state.FullName;
        foreach (var (name, offset) in (ReadOnlySpan<(string, int)>)[("POSTGRES", 0), ("KAFKA", 1), ("CONNECT", 3), ("GCS", 4), ("BIGQUERY", 5)])
        {
            start.Environment[$"LAB_{name}_PORT"] = (_ports.Start + offset).ToString(CultureInfo.InvariantCulture);
        }

        using var lab = Process.Start(start)!;
        await lab.WaitForExitAsync().WaitAsync(Limit);
        if (lab.ExitCode != 0)
        {
            throw new InvalidOperationException($"lab {string.Join(' ', arguments)} failed: {await File.ReadAllTextAsync(said)}");
        }
    }
}
