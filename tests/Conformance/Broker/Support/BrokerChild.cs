using System.Globalization;
using System.Runtime.CompilerServices;
using HospitalStreaming.Broker;
using Microsoft.Extensions.Logging.Abstractions;

namespace HospitalStreaming.Tests.Conformance.Broker.Support;

/// <summary>
/// Makes this test program a broker when it is started with HOSPITAL_BROKER_CHILD naming a folder, so that a test can kill a broker's process
/// without a project of its own for it. It serves until its input ends.
/// </summary>
internal static class BrokerChild
{
    public const string FolderVariable = "HOSPITAL_BROKER_CHILD";
    public const string PortVariable = "HOSPITAL_BROKER_CHILD_PORT";
    public const string SegmentBytesVariable = "HOSPITAL_BROKER_CHILD_SEGMENT_BYTES";

#pragma warning disable CA2255 // A program, not a library: this is its second way to start.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
        {
            Run(folder);
            Environment.Exit(0);
        }
    }

    // Without awaits: until this initializer returns, other threads may not run this module's code.
    private static void Run(string folder)
    {
        var broker = new EmbeddedBroker(
            new BrokerOptions { Folder = folder, Port = Number(PortVariable) ?? 0, SegmentBytes = Number(SegmentBytesVariable) ?? 64 << 20 },
            NullLoggerFactory.Instance,
            TimeProvider.System);
        broker.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        Console.WriteLine(broker.BootstrapServers);
        Console.In.ReadToEnd();
        broker.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : null;
}
