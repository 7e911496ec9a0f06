using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Documents;
using HospitalStreaming.Lake.Folder;
using HospitalStreaming.Lake.Objects;
using HospitalStreaming.Tests.Conformance.Lake.Support;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

public sealed class FolderLakeTests : LakeSuite, IDisposable
{
    private static readonly LakeStream Visits = new("visits", "e1", 0);
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-lake-" + Path.GetRandomFileName());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private protected override ILake Open() => new FolderLake(_folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));

    [Fact]
    public async Task A_lost_or_torn_sidecar_is_made_again_from_the_object()
    {
        var lake = Open();
        using var draft = Samples.Draft(Visits, 3, 50);
        var put = await Samples.PutAsync(lake, draft, Token);
        var sidecar = lake.AddressOf(draft.Name) + ".meta";
        var whole = await File.ReadAllBytesAsync(sidecar, Token);

        File.Delete(sidecar);
        (await lake.FindAsync(draft.Name, Token))!.Manifest.ShouldBe(put.Existing.Manifest);
        (await File.ReadAllBytesAsync(sidecar, Token)).ShouldBe(whole);
        for (var length = 0; length < whole.Length; length += 13)
        {
            await File.WriteAllBytesAsync(sidecar, whole[..length], Token);
            (await lake.FindAsync(draft.Name, Token))!.Manifest.ShouldBe(put.Existing.Manifest, $"{length} bytes left");
        }
    }

    [Fact]
    public async Task An_object_without_sidecar_that_is_cut_has_no_manifest()
    {
        var lake = Open();
        using var draft = Samples.Draft(Visits, 0, 50);
        await Samples.PutAsync(lake, draft, Token);
        var path = lake.AddressOf(draft.Name);
        File.Delete(path + ".meta");
        var bytes = await File.ReadAllBytesAsync(path, Token);
        for (var length = bytes.Length - 1; length >= 0; length--)
        {
            await File.WriteAllBytesAsync(path, bytes[..length], Token);
            (await lake.FindAsync(draft.Name, Token))!.Manifest.ShouldBeNull($"{length} of {bytes.Length} bytes left");
        }

        using var other = Samples.Draft(Visits, 0, 2);
        await Should.ThrowAsync<LakeDamageException>(() => Samples.PutAsync(lake, other, Token));
    }

    [Theory]
    [InlineData("cut", "truncated")]
    [InlineData("grown", "longer than it says")]
    [InlineData("flipped", "altered")]
    [InlineData("gone", "missing")]
    public async Task Readers_refuse_a_damaged_object_before_its_first_record(string damage, string said)
    {
        var lake = Open();
        using var draft = Samples.Draft(Visits, 0, 500);
        var put = await Samples.PutAsync(lake, draft, Token);
        var path = lake.AddressOf(draft.Name);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        switch (damage)
        {
            case "cut":
                await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)], Token);
                break;
            case "grown":
                await File.WriteAllBytesAsync(path, [.. bytes, 0], Token);
                break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 1;
                await File.WriteAllBytesAsync(path, bytes, Token);
                break;
            default:
                File.Delete(path);
                break;
        }

        (await Should.ThrowAsync<LakeDamageException>(() => LakeObjectReader.OpenAsync(lake, put.Existing, Token))).Message.ShouldContain(said);
    }

    [Fact]
    public async Task A_start_clears_what_killed_writers_left_and_nothing_else()
    {
        Open();
        var left = Path.Combine(_folder, ".tmp", "left");
        var inUse = Path.Combine(_folder, ".tmp", "in-use");
        var fresh = Path.Combine(_folder, ".tmp", "fresh");
        await File.WriteAllTextAsync(left, "half", Token);
        await File.WriteAllTextAsync(fresh, "whole, and about to get its name", Token);
        await using var held = new FileStream(inUse, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var before = DateTime.UtcNow.AddMinutes(-2);
        File.SetLastWriteTimeUtc(left, before);
        File.SetLastWriteTimeUtc(inUse, before);

        Open();

        File.Exists(left).ShouldBeFalse();
        File.Exists(inUse).ShouldBeTrue();
        File.Exists(fresh).ShouldBeTrue();
    }

    [Fact]
    public async Task Only_the_owner_may_look_in()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other rights.");
            return;
        }

        var lake = Open();
        using var draft = Samples.Draft(Visits, 0, 1);
        await Samples.PutAsync(lake, draft, Token);

        foreach (var path in Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Append(_folder))
        {
            (File.GetUnixFileMode(path) & (UnixFileMode)0b000_111_111).ShouldBe((UnixFileMode)0, path);
        }
    }

    [Fact]
    public async Task A_lake_made_with_other_settings_is_refused()
    {
        await LakeFormat.EnsureAsync(Open(), Token);
        var other = new FolderLake(_folder, LakeCompression.None, new LakeNews(TimeProvider.System));
        (await Should.ThrowAsync<LakeException>(() => LakeFormat.EnsureAsync(other, Token))).Message.ShouldContain("Lake:Compression");
    }

    [Fact]
    public async Task News_reach_whoever_waits()
    {
        var news = new LakeNews(TimeProvider.System);
        var lake = new FolderLake(_folder, LakeCompression.Gzip, news);
        var seen = news.Edition;
        var waiting = news.WaitAsync(seen, TimeSpan.FromSeconds(30), Token);
        using var draft = Samples.Draft(Visits, 0, 1);
        await Samples.PutAsync(lake, draft, Token);

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Token);
        await news.WaitAsync(seen, TimeSpan.FromSeconds(30), Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
        news.Edition.ShouldBeGreaterThan(seen);
    }
}
