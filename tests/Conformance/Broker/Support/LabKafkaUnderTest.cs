using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HospitalStreaming.Tests.Conformance.Support;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>The lab's Kafka on a port and in a folder of its own.</summary>
public sealed class LabKafkaUnderTest : IBrokerUnderTest, IAsyncLifetime
{
    private readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("kafka-");
    private readonly int _port = FreePorts();

    public string BootstrapServers => $"127.0.0.1:{_port.ToString(CultureInfo.InvariantCulture)}";

    public async ValueTask InitializeAsync()
    {
        // Where there is no lab the tests skip themselves: a fixture cannot.
        if (Lab.Folder is not null)
        {
            await RunLabAsync("up", "kafka");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Lab.Folder is not null)
        {
            await RunLabAsync("down", "kafka");
        }
        _state.Delete(recursive: true);
    }

    private static int FreePorts()
    {
        // The lab takes the next port too, for Kafka's controller.
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            using var second = new TcpListener(IPAddress.Loopback, port + 1);
            try
            {
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Someone has the next one.
            }
        }
    }

    private async Task RunLabAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Lab.Folder!, "lab"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["LAB_STATE"] = _state.FullName;
        start.Environment["LAB_KAFKA_PORT"] = _port.ToString(CultureInfo.InvariantCulture);
        using var lab = Process.Start(start)!;
        var said = await lab.StandardError.ReadToEndAsync();
        await lab.WaitForExitAsync();
        if (lab.ExitCode != 0)
        {
            throw new InvalidOperationException($"lab {string.Join(' ', arguments)}: {said}");
        }
    }
}
