namespace HospitalStreaming.Tests.EndToEnd.Support;

/// <summary>A state folder of one test, gone afterwards together with whatever still runs on it.</summary>
internal sealed class StateScope(string name) : IDisposable
{
    /// <summary>The folder; not created yet.</summary>
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"hospital-{name}-{System.IO.Path.GetRandomFileName()}");

    /// <inheritdoc/>
    public void Dispose()
    {
        HospitalProcess.KillAll(HospitalProcess.Postgres(Path));
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
