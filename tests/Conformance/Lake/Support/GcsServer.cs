using System.Diagnostics;
using System.Globalization;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Hosting.Telemetry;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Gcs;
using HospitalStreaming.Tests.Support.Servers;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake.Support;

/// <summary>The lab's Cloud Storage stand-in on a port of its own; one for all tests, a bucket for each.</summary>
public sealed class GcsServer : IAsyncLifetime
{
    private PortBlock? _ports;
    private Process? _server;
    private int _buckets;

    internal Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Lab.Folder is null)
        {
            return;
        }

        _ports = PortBlock.Take();
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Start}/"));
        _server = Process.Start(new ProcessStartInfo(
            Lab.Program("fake-gcs-server"),
            ["-scheme", "http", "-host", "127.0.0.1", "-port", Address.Port.ToString(CultureInfo.InvariantCulture), "-backend", "memory", "-public-host", Address.Authority, "-external-url", Address.AbsoluteUri.TrimEnd('/'), "-log-level", "error"])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var client = new HttpClient();
        var watch = Stopwatch.StartNew();
        while (!await AnswersAsync(client))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(15))
            {
                throw new TimeoutException("the Cloud Storage stand-in did not start");
            }

            await Task.Delay(50);
        }
    }

    public ValueTask DisposeAsync()
    {
        _server?.Kill();
        _server?.Dispose();
        _ports?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes an empty bucket.</summary>
    internal async Task<string> BucketAsync()
    {
        Lab.SkipWhenAbsent();
        var name = string.Create(CultureInfo.InvariantCulture, $"lake-{Interlocked.Increment(ref _buckets)}");
        using var client = new HttpClient();
        using var content = new StringContent($"{{\"name\":\"{name}\"}}", System.Text.Encoding.UTF8, "application/json");
        (await client.PostAsync(new Uri(Address, "storage/v1/b?project=test"), content)).EnsureSuccessStatusCode();
        return name;
    }

    internal ILake Open(string bucket, FaultProxy? through = null, LakeCompression compression = LakeCompression.Gzip) =>
        Open(bucket, LakeShape.Of(compression), through);

    /// <param name="bucket">Its bucket.</param>
    /// <param name="shape">How objects are stored.</param>
    /// <param name="through">A way with faults.</param>
    /// <param name="smallParts">Whether sessions begin at 1 MiB, in parts of 512 KiB, instead of 8 MiB for both.</param>
    /// <param name="requestLimit">Longest time of one request; null for ten seconds.</param>
    internal ILake Open(string bucket, LakeShape shape, FaultProxy? through = null, bool smallParts = false, TimeSpan? requestLimit = null)
    {
        var settings = new GcsSettings(bucket, through?.Address ?? Address, requestLimit ?? TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(1));
        settings = smallParts ? settings with { SingleRequestBytes = 1024 * 1024, ChunkBytes = 512 * 1024 } : settings;
        return new GcsLake(new GcsClient(settings, new LineMeters(), TimeProvider.System, transport: null), bucket, shape, new LakeNews(TimeProvider.System));
    }

    private async Task<bool> AnswersAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync(new Uri(Address, "storage/v1/b?project=test"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
