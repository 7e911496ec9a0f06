using System.Globalization;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Browsing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Compacting;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using HospitalStreaming.Tests.Support.Faults;
using HospitalStreaming.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>
/// Seeded runs on the Cloud Storage stand-in: two writers with cuts of their own and a compactor, while every fifth request is refused, broken off or
/// carried out without a reply (faults 26 and 28).
/// </summary>
[Trait("Kind", "Soak")]
public sealed class LakeFaultRunTests(GcsServer server) : IClassFixture<GcsServer>
{
    private const int Records = 60;
    private const int AtOnce = 2;
    private const int MostAttempts = 5;
    private static readonly int?[] Statuses = [429, 500, 503, null];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_goes_wrong_every_record_is_in_the_lake_once()
    {
        Lab.SkipWhenAbsent();
        var bucket = await server.BucketAsync();
        await FaultReport.RunAsync(FaultKinds.LakeBucket, AtOnce, seed => RunAsync(bucket, seed));
    }

    private async Task RunAsync(string bucket, int seed)
    {
        var random = new Random(seed);
        var one = new Lock();
        int Next(int below)
        {
            lock (one)
            {
                return random.Next(below);
            }
        }

        var stream = new LakeStream(string.Create(CultureInfo.InvariantCulture, $"faults.{seed}"), "aaaaaaaa", 0);
        await using var proxy = new FaultProxy(server.Address, forward => new SessionGuard(forward))
        {
            Choose = _ => Next(5) == 0 ? new Fault(Statuses[Next(Statuses.Length)], (FaultPlace)Next(3)) : null,
        };
        await AgainAsync(() => StreamEpochs.EnsureAsync(server.Open(bucket, proxy), stream.Topic, "aaaaaaaa00000000", 1, Token));

        await Task.WhenAll(WriteAsync(server.Open(bucket, proxy), stream, Next), WriteAsync(server.Open(bucket, proxy), stream, Next));
        var options = new CompactionOptions(DateOnly.MaxValue, 1_024 + Next(4_000));
        var loaded = new Dictionary<LakeStream, long> { [stream] = Records };
        await Task.WhenAll(
            AgainAsync(() => LakeCompaction.RunAsync(server.Open(bucket, proxy), loaded, options, new Unheard(), Token)),
            AgainAsync(() => ReadAsync(server.Open(bucket, proxy), stream)));

        var lake = server.Open(bucket);
        (await LakeAudit.RunAsync(lake, [stream.Topic], new LakeAuditOptions(Rehash: true), new NoProgress(), Token)).Findings.ShouldBeEmpty($"seed {seed}");
        var offsets = await ReadAsync(lake, stream);
        var distinct = offsets.Distinct().Count();
        FaultReport.Add(FaultKinds.LakeBucket, seed, 0, proxy.Fired, Records, Records - distinct, offsets.Count - distinct);
        offsets.ShouldBe(Enumerable.Range(0, Records).Select(i => (long)i), $"seed {seed}");
    }

    private static async Task WriteAsync(ILake lake, LakeStream stream, Func<int, int> next)
    {
        var start = 0L;
        while (start < Records)
        {
            await AgainAsync(async () =>
            {
                using var draft = Samples.Draft(stream, start, (int)Math.Min(Records - start, 1 + next(6)));
                start = (await Samples.PutAsync(lake, draft, Token)).Existing.Manifest!.Next;
            });
        }
    }

    // Where too many tries in a row went wrong the client gives up; its role begins anew.
    private static async Task AgainAsync(Func<Task> step)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await step();
                return;
            }
            catch (LakeException refused) when (refused is not LakeDamageException && attempt < MostAttempts)
            {
                // Again.
            }
        }
    }

    private static async Task<List<long>> ReadAsync(ILake lake, LakeStream stream)
    {
        var offsets = new List<long>();
        await foreach (var found in LakeBrowser.ObjectsAsync(lake, new LakeSelection(stream.Topic), Token))
        {
            using var reader = await LakeObjectReader.OpenAsync(lake, found, Token);
            offsets.AddRange(reader.Records().Select(record => record.Position.Offset));
        }

        return offsets;
    }

    private sealed class Unheard : IProgress<CompactionFigures>
    {
        public void Report(CompactionFigures value)
        {
        }
    }

    private sealed class NoProgress : IProgress<LakeAuditProgress>
    {
        public void Report(LakeAuditProgress value)
        {
        }
    }
}
