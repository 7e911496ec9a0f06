using System.Globalization;
using System.Text.Json;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Auditing;
using HospitalStreaming.Lake.Chains;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

/// <summary>Damage on purpose is named on every version of the port, by the audit and by `hospital lake verify`.</summary>
public abstract class LakeAuditSuite : IAsyncLifetime
{
    private const string Topic = "postgres-source.public.visits";
    private static readonly LakeObjectName Fifth = NameAt(40);
    private ILake _lake = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lake = await OpenAsync();
        await LakeFormat.EnsureAsync(_lake, Token);
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

    public abstract ValueTask DisposeAsync();

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
    [InlineData("cut, no manifest", false, LakeFindingKind.Damaged)]
    [InlineData("flipped", true, LakeFindingKind.Altered)]
    [InlineData("doubled", false, LakeFindingKind.Overlapping)]
    [InlineData("manifest lies", true, LakeFindingKind.Altered)]
    [InlineData("another's bytes", true, LakeFindingKind.Overlapping)]
    public async Task Each_damage_is_named_and_nothing_else(string damage, bool rehash, LakeFindingKind kind)
    {
        var (bytes, manifest) = await ReadAsync(Fifth);
        switch (damage)
        {
            case "gone":
                await RemoveAsync(Fifth);
                break;
            case "cut":
                await ReplaceAsync(Fifth, bytes[..^9], manifest);
                break;
            case "cut, no manifest":
                await ReplaceAsync(Fifth, bytes[..^9], null);
                break;
            case "flipped":
                bytes[^12] ^= 4;
                await ReplaceAsync(Fifth, bytes, manifest);
                break;
            case "doubled":
                using (var draft = Samples.Draft(Fifth.Stream, 45, 5))
                {
                    await Samples.PutAsync(_lake, draft, Token);
                }

                break;
            case "manifest lies":
                await ReplaceAsync(Fifth, bytes, manifest with { LastLsn = Lsn.Parse("0/5") });
                break;
            default:
                var (others, itsManifest) = await ReadAsync(NameAt(50));
                await ReplaceAsync(Fifth, others, itsManifest);
                break;
        }

        var findings = (await Audit(rehash)).Findings;
        findings.ShouldNotBeEmpty();
        findings[0].Kind.ShouldBe(kind, string.Join("; ", findings));
        findings.ShouldAllBe(finding => finding.Stream == Fifth.Stream);
        if (kind is not (LakeFindingKind.Missing or LakeFindingKind.Overlapping))
        {
            findings[0].Object.ShouldBe(Fifth);
        }
    }

    [Fact]
    public async Task The_command_lists_objects_prints_records_and_names_damage()
    {
        var (bytes, manifest) = await ReadAsync(Fifth);
        var (listed, all) = await CommandAsync("ls");
        listed.ShouldBe(0, all);
        Lines(all).Length.ShouldBe(21);
        Lines(all).ShouldContain(line => line.Contains(manifest.Sha256, StringComparison.Ordinal) && line.StartsWith("40-49 ", StringComparison.Ordinal) && line.EndsWith(Fifth.ToString(), StringComparison.Ordinal)
            && line.Contains($" {manifest.StoredBytes.ToString(CultureInfo.InvariantCulture)} ", StringComparison.Ordinal));
        Lines((await CommandAsync("ls", Topic, "--partition", "1", "--day", "2026-03-01")).Output).Length.ShouldBe(11);
        Lines((await CommandAsync("ls", Topic, "--day", "2026-03-02")).Output).Length.ShouldBe(1);

        Offsets((await CommandAsync("cat", Fifth.ToString())).Output).ShouldBe(Enumerable.Range(40, 10).Select(offset => (long)offset));
        Offsets((await CommandAsync("cat", Topic, "--partition", "1", "--from", "37", "--until", "61")).Output).ShouldBe(Enumerable.Range(37, 24).Select(offset => (long)offset));
        (await CommandAsync("cat", Topic + "/no-such-object")).Code.ShouldBe(1);

        var (whole, said) = await CommandAsync("verify");
        whole.ShouldBe(0, said);
        said.ShouldContain("offsets 0 to 99, 100 records in 10 objects");
        bytes[^12] ^= 4;
        await ReplaceAsync(Fifth, bytes, manifest);
        await RemoveAsync(NameAt(70));
        var (found, named) = await CommandAsync("verify");
        found.ShouldBe(1, named);
        Lines(named).ShouldContain(line => line.StartsWith("ALTERED ", StringComparison.Ordinal) && line.Contains(Fifth.ToString(), StringComparison.Ordinal));
        Lines(named).ShouldContain(line => line.StartsWith("MISSING ", StringComparison.Ordinal) && line.Contains("70", StringComparison.Ordinal));
        named.ShouldContain("2 finding(s)");
        (await CommandAsync("cat", Fifth.ToString())).ShouldBe((1, string.Empty), "altered bytes are not printed");
    }

    /// <summary>A lake of the test's own.</summary>
    private protected abstract Task<ILake> OpenAsync();

    /// <summary>How the product finds it: settings and environment.</summary>
    private protected abstract (string[] Settings, IReadOnlyDictionary<string, string> Environment) Way { get; }

    /// <summary>Puts other bytes under a name, behind the port's back; without a manifest it carries none.</summary>
    private protected abstract Task ReplaceAsync(LakeObjectName name, byte[] bytes, LakeManifest? manifest);

    /// <summary>Takes an object away, behind the port's back.</summary>
    private protected abstract Task RemoveAsync(LakeObjectName name);

    private static LakeObjectName NameAt(long start) => new(new LakeStream(Topic, "aaaaaaaa", 1), LakeObjectName.DayOf(Samples.Noon), start);

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<long> Offsets(string output) => Lines(output).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("offset").GetInt64());

    private Task<(int Code, string Output)> CommandAsync(params string[] arguments) => ProductCommand.RunAsync(["lake", .. arguments, .. Way.Settings], Way.Environment, Token);

    private async Task<(byte[] Bytes, LakeManifest Manifest)> ReadAsync(LakeObjectName name)
    {
        await using var stream = await _lake.OpenReadAsync(name, Token);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Token);
        return (bytes.ToArray(), (await _lake.FindAsync(name, Token))!.Manifest!);
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
