using HospitalStreaming.Core.Naming.Lake;
using HospitalStreaming.Lake;
using HospitalStreaming.Lake.Folder;

namespace HospitalStreaming.Tests.Conformance.Lake;

public sealed class FolderLakeAuditTests : LakeAuditSuite
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hospital-audit-" + Path.GetRandomFileName());

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private protected override (string[] Settings, IReadOnlyDictionary<string, string> Environment) Way =>
        (["--set", $"Lake:Folder={_folder}"], new Dictionary<string, string>());

    private protected override Task<ILake> OpenAsync() => Task.FromResult<ILake>(new FolderLake(_folder, LakeCompression.Gzip, new LakeNews(TimeProvider.System)));

    private protected override async Task ReplaceAsync(LakeObjectName name, byte[] bytes, LakeManifest? manifest)
    {
        await File.WriteAllBytesAsync(PathOf(name), bytes, Token);
        File.Delete(PathOf(name) + Sidecar.Extension);
        if (manifest is not null)
        {
            await File.WriteAllBytesAsync(PathOf(name) + Sidecar.Extension, Sidecar.Write(manifest), Token);
        }
    }

    private protected override Task RemoveAsync(LakeObjectName name)
    {
        File.Delete(PathOf(name));
        File.Delete(PathOf(name) + Sidecar.Extension);
        return Task.CompletedTask;
    }

    private string PathOf(LakeObjectName name) => Path.Combine(_folder, name.ToString());
}
