using System.Diagnostics;
using System.Globalization;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>A broker in a process of its own (see <see cref="BrokerChild"/>), to be killed.</summary>
internal sealed class BrokerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private BrokerProcess(Process process, string servers) => (_process, BootstrapServers) = (process, servers);

    public string BootstrapServers { get; }

    public static async Task<BrokerProcess> StartAsync(string folder, int port, int segmentBytes)
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(BrokerProcess).Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[BrokerChild.FolderVariable] = folder;
        start.Environment[BrokerChild.PortVariable] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment[BrokerChild.SegmentBytesVariable] = segmentBytes.ToString(CultureInfo.InvariantCulture);
        var process = Process.Start(start)!;
        var servers = await process.StandardOutput.ReadLineAsync().WaitAsync(Clients.Limit)
            ?? throw new InvalidOperationException("the broker's process ended before it listened");
        return new BrokerProcess(process, servers);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>An orderly stop: the end of its input. Returns how long it took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Clients.Limit);
        return TimeProvider.System.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }
        _process.Dispose();
    }
}
