using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Browsing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Support.Faults;
using HospitalStreaming.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>
/// Cloud Storage that stalls (fault 30): a request hangs for longer than its limit, the client sends it again, and then the first one is carried out
/// after all: beside the second, or when that has long been answered.
/// </summary>
[Trait("Kind", "Soak")]
public sealed class LakeStallTests(GcsServer server) : IClassFixture<GcsServer>
{
    private const int AtOnce = 4;
    private const int Objects = 10;
    private const int RowsAnObject = 3;
    private static readonly TimeSpan RequestLimit = TimeSpan.FromMilliseconds(300);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_stalls_and_goes_on_later_is_in_the_lake_once()
    {
        Lab.SkipWhenAbsent();
        var bucket = await server.BucketAsync();
        await FaultReport.RunAsync(FaultKinds.LakeStall, AtOnce, seed => RunAsync(bucket, seed));
    }

    private async Task RunAsync(string bucket, int seed)
    {
        var stream = new LakeStream(string.Create(CultureInfo.InvariantCulture, $"stalls.{seed}"), "aaaaaaaa", 0);
        await StreamEpochs.EnsureAsync(server.Open(bucket), stream.Topic, "aaaaaaaa00000000", 1, Token);
        var stalls = new Stalls(seed);
        await using var proxy = new FaultProxy(server.Address) { Hold = stalls.HoldAsync };
        var lake = server.Open(bucket, LakeShape.Of(LakeCompression.Gzip), proxy, requestLimit: RequestLimit);
        for (var start = 0L; start < Objects * RowsAnObject;)
        {
            using var draft = Samples.Draft(stream, start, RowsAnObject);
            start = (await Samples.PutAsync(lake, draft, Token)).Existing.Manifest!.Next;
            stalls.Release();
        }

        var offsets = new List<long>();
        await foreach (var found in LakeBrowser.ObjectsAsync(lake, new LakeSelection(stream.Topic), Token))
        {
            using var reader = await LakeObjectReader.OpenAsync(lake, found, Token);
            offsets.AddRange(reader.Records().Select(record => record.Position.Offset));
            stalls.Release();
        }

        var audit = await LakeAudit.RunAsync(server.Open(bucket), [stream.Topic], new LakeAuditOptions(Rehash: true), new Unheard(), Token);
        var distinct = offsets.Distinct().Count();
        FaultReport.Add(FaultKinds.LakeStall, seed, 0, stalls.Fired, Objects * RowsAnObject, (Objects * RowsAnObject) - distinct, offsets.Count - distinct);
        audit.Findings.ShouldBeEmpty();
        offsets.ShouldBe(Enumerable.Range(0, Objects * RowsAnObject).Select(i => (long)i));
    }

    /// <summary>Holds some requests when they come for the first time.</summary>
    private sealed class Stalls(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _first = new(StringComparer.Ordinal);
        private readonly ConcurrentQueue<TaskCompletionSource> _held = new();
        private int _fired;

        /// <summary>Requests that came again while their first one hung.</summary>
        public int Fired => Volatile.Read(ref _fired);

        public Task HoldAsync(ProxiedRequest request)
        {
            var key = $"{request.Method} {request.Target} {NameIn(request.Body)}";
            var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_first.TryAdd(key, stalled))
            {
                return Again(_first[key]);
            }

            lock (_random)
            {
                if (_random.Next(3) > 0)
                {
                    stalled.SetResult();
                }

                return stalled.Task;
            }
        }

        /// <summary>What hangs still is carried out, now that its second try has been answered.</summary>
        public void Release()
        {
            while (_held.TryDequeue(out var stalled))
            {
                stalled.TrySetResult();
            }
        }

        private static string NameIn(byte[] body)
        {
            var text = Encoding.Latin1.GetString(body);
            var at = text.IndexOf("\"topics/", StringComparison.Ordinal);
            return at < 0 ? string.Empty : text[at..text.IndexOf('"', at + 1)];
        }

        private Task Again(TaskCompletionSource first)
        {
            if (first.Task.IsCompleted)
            {
                return Task.CompletedTask;
            }

            Interlocked.Increment(ref _fired);
            lock (_random)
            {
                if (_random.Next(2) == 0)
                {
                    first.TrySetResult();
                }
                else
                {
                    _held.Enqueue(first);
                }
            }

            return Task.CompletedTask;
        }
    }

    private sealed class Unheard : IProgress<LakeAuditProgress>
    {
        public void Report(LakeAuditProgress value)
        {
        }
    }
}
