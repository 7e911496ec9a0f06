using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

public sealed class LakeAuditTests : IAsyncLifetime
{
    private const string Topic = "postgres-source.public.visits";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-audit-" + Path.GetRandomFileName());
    private FolderLake _lake = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lake = new FolderLake(_folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));
        var life = await StreamEpochs.EnsureAsync(_lake, Topic, "aaaaaaaa00000000", 2, Token);
        for (var partition = 0; partition < 2; partition++)
        {
            for (var i = 0; i < 10; i++)
            {
                using var draft = Samples.Draft(new LakeStream(Topic, life.Epoch, partition), i * 10, 10);
                await Samples.PutAsync(_lake, draft, Token);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_whole_lake_has_no_findings(bool rehash)
    {
        var report = await Audit(rehash);
        report.Findings.ShouldBeEmpty();
        report.Chains.Count.ShouldBe(2);
        report.Chains.ShouldAllBe(chain => chain.Start == 0 && chain.Head == 100 && chain.Objects == 10 && chain.Rows == 100);
    }

    [Theory]
    [InlineData("gone", false, LakeFindingKind.Missing)]
    [InlineData("cut", false, LakeFindingKind.Truncated)]
    [InlineData("cut, no sidecar", false, LakeFindingKind.Damaged)]
    [InlineData("flipped", true, LakeFindingKind.Altered)]
    [InlineData("doubled", false, LakeFindingKind.Overlapping)]
    [InlineData("sidecar lies", true, LakeFindingKind.Altered)]
    [InlineData("another's bytes", true, LakeFindingKind.Overlapping)]
    public async Task Each_damage_is_named_and_nothing_else(string damage, bool rehash, LakeFindingKind kind)
    {
        var name = new LakeObjectName(new LakeStream(Topic, "aaaaaaaa", 1), LakeObjectName.DayOf(Samples.Noon), 40);
        var path = _lake.AddressOf(name);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        switch (damage)
        {
            case "gone":
                File.Delete(path);
                break;
            case "cut":
                await File.WriteAllBytesAsync(path, bytes[..^9], Token);
                break;
            case "cut, no sidecar":
                await File.WriteAllBytesAsync(path, bytes[..^9], Token);
                File.Delete(path + ".meta");
                break;
            case "flipped":
                bytes[^12] ^= 4;
                await File.WriteAllBytesAsync(path, bytes, Token);
                break;
            case "doubled":
                using (var draft = Samples.Draft(name.Stream, 45, 5))
                {
                    await Samples.PutAsync(_lake, draft, Token);
                }

                break;
            case "sidecar lies":
                await File.WriteAllTextAsync(path + ".meta", (await File.ReadAllTextAsync(path + ".meta", Token)).Replace("last_lsn=", "last_lsn=0/5", StringComparison.Ordinal), Token);
                break;
            default:
                File.Copy(_lake.AddressOf(name with { StartOffset = 50 }), path, overwrite: true);
                File.Copy(_lake.AddressOf(name with { StartOffset = 50 }) + ".meta", path + ".meta", overwrite: true);
                break;
        }

        var findings = (await Audit(rehash)).Findings;
        findings.ShouldNotBeEmpty();
        findings[0].Kind.ShouldBe(kind, string.Join("; ", findings));
        findings.ShouldAllBe(finding => finding.Stream == name.Stream);
        if (kind is not (LakeFindingKind.Missing or LakeFindingKind.Overlapping))
        {
            findings[0].Object.ShouldBe(name);
        }
    }

    private async Task<LakeAuditReport> Audit(bool rehash)
    {
        var reached = new List<LakeAuditProgress>();
        var report = await LakeAudit.RunAsync(_lake, [Topic], new LakeAuditOptions(rehash), new Heard(reached), Token);
        reached.Max(progress => progress.ChainsDone).ShouldBe(2);
        return report;
    }

    private sealed class Heard(List<LakeAuditProgress> reached) : IProgress<LakeAuditProgress>
    {
        public void Report(LakeAuditProgress value)
        {
            lock (reached)
            {
                reached.Add(value);
            }
        }
    }
}
