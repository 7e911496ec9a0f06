using System.IO.Compression;
using System.Text;
using HospitalStreaming.Core.Batching;
using HospitalStreaming.Core.Batching.Lines;
using HospitalStreaming.Core.Changes;
using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake.Objects;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Unit.Lake;

public sealed class LakeObjectDraftTests
{
    private static readonly LakeStream Stream = new("t", "e", 0);

    [Theory]
    [InlineData(LakeCompression.Gzip)]
    [InlineData(LakeCompression.None)]
    public void The_same_records_give_the_same_bytes(LakeCompression compression)
    {
        foreach (var rows in new[] { 1, 10, 3_000 })
        {
            using var first = Draft(compression, rows);
            using var second = Draft(compression, rows);
            var (bytes, manifest) = first.Finish();
            var (again, sameManifest) = second.Finish();
            again.Span.SequenceEqual(bytes.Span).ShouldBeTrue();
            sameManifest.ShouldBe(manifest);
            first.Finish().Manifest.ShouldBe(manifest, "asked again it says the same");
        }
    }

    [Fact]
    public void The_gzip_header_tells_neither_time_nor_machine()
    {
        using var draft = Draft(LakeCompression.Gzip, 5);
        draft.Finish().Stored.Span[..10].ToArray().ShouldBe([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    }

    [Fact]
    public void The_manifest_describes_the_records()
    {
        using var draft = Draft(LakeCompression.Gzip, 100);
        var (stored, manifest) = draft.Finish();
        manifest.Next.ShouldBe(10 + (99 * 2) + 1);
        manifest.Rows.ShouldBe(100);
        manifest.StoredBytes.ShouldBe(stored.Length);
        manifest.FirstLsn.ShouldBe(new Lsn(1_000));
        manifest.LastLsn.ShouldBe(new Lsn(1_099));
        manifest.SchemaFingerprint.Length.ShouldBe(16);
        using var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(stored.ToArray()), CompressionMode.Decompress))
        {
            gzip.CopyTo(unpacked);
        }

        unpacked.Length.ShouldBe(manifest.UncompressedBytes);
        StoredLines.Records(stored, manifest, LakeCompression.Gzip).Select(record => record.Position.Offset).ShouldBe(Enumerable.Range(0, 100).Select(i => 10L + (i * 2)));
    }

    [Fact]
    public void It_is_named_by_where_it_starts_and_filed_by_its_first_record()
    {
        using var draft = new LakeObjectDraft(Stream, 3, LakeCompression.Gzip);
        Should.Throw<InvalidOperationException>(() => draft.Name);
        draft.Add(Record(10));
        draft.Name.ToString().ShouldBe("topics/t/dt=1970-01-01/e-0-00000000000000000003.json.gz");
        Should.Throw<InvalidOperationException>(() => draft.Add(Record(10)), "offsets only go up");
        draft.Finish();
        Should.Throw<InvalidOperationException>(() => draft.Add(Record(11)), "nothing joins a finished object");
    }

    private static LakeObjectDraft Draft(LakeCompression compression, int rows)
    {
        var draft = new LakeObjectDraft(Stream, 10, compression);
        for (var i = 0; i < rows; i++)
        {
            draft.Add(Record(10 + (i * 2), 1_000 + i));
        }

        return draft;
    }

    private static LakeRecord Record(long offset, int lsn = 7) => new(
        new LogPosition("t", 0, offset),
        5,
        Encoding.UTF8.GetBytes($"{{\"id\":{offset}}}"),
        Encoding.UTF8.GetBytes($"{{\"after\":{{\"id\":{offset},\"name\":\"{new string('n', (int)(offset % 50))}\"}},\"source\":{{\"lsn\":{lsn},\"schema\":\"public\",\"table\":\"t\"}}}}"),
        []);
}
