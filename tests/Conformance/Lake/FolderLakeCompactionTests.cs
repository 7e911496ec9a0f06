using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Compacting;
using HospitalStreaming.Lake.Folder;
using Shouldly;
using Xunit;

namespace HospitalStreaming.Tests.Conformance.Lake;

public sealed class FolderLakeCompactionTests : LakeCompactionSuite, IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), "hospital-compact-" + Path.GetRandomFileName());
    private int _lake;

    private string Folder => Path.Combine(_root, $"{_lake}");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Others_that_open_the_lake_meanwhile_and_clear_what_the_dead_left_disturb_nothing()
    {
        var lake = await FilledAsync();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var opening = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    Open();
                }
            },
            Token);

        await LakeCompaction.RunAsync(lake, Loaded(200), new CompactionOptions(DateOnly.MaxValue), new Heard(), Token);
        await done.CancelAsync();
        await opening;

        (await ObjectsAsync(lake)).Count(item => item.IsEmptied).ShouldBe(19);
    }

    private protected override ILake Open() => new FolderLake(Folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System));

    private protected override Task ForgetAsync()
    {
        _lake++;
        return Task.CompletedTask;
    }

    private protected override async Task ReplaceAsync(string path, byte[]? content)
    {
        File.Delete(Path.Combine(Folder, path));
        if (content is not null)
        {
            await File.WriteAllBytesAsync(Path.Combine(Folder, path), content, Token);
        }
    }

    private protected override Task OverwriteAsync(LakeObject item, byte[] bytes) => File.WriteAllBytesAsync(Path.Combine(Folder, item.Name.ToString()), bytes, Token);
}
