using System.Globalization;
using HospitalStreaming.Hosting.Ports;

namespace HospitalStreaming.Tests.Support.Servers;

/// <summary>
/// Sixteen neighbouring TCP ports for servers that must be told their port before they start. They lie below the range from which the kernel takes
/// the local ports of outgoing connections, so none of these can get in between, and a lock file keeps other test processes off them.
/// </summary>
internal sealed class PortBlock : IDisposable
{
    private const int Size = 16;
    private const int First = 10_000;
    private const int Blocks = (32_000 - First) / Size;
    private readonly FileStream _claim;

    private PortBlock(int start, FileStream claim) => (Start, _claim) = (start, claim);

    /// <summary>The first of the ports.</summary>
    public int Start { get; }

    public static PortBlock Take()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "hospital-test-ports")).FullName;
        foreach (var block in Enumerable.Range(0, Blocks).OrderBy(_ => Random.Shared.Next()))
        {
            var start = First + (block * Size);
            if (Claim(Path.Combine(folder, start.ToString(CultureInfo.InvariantCulture))) is not { } claim)
            {
                continue;
            }

            if (Enumerable.Range(start, Size).All(PortHolder.IsFree))
            {
                return new PortBlock(start, claim);
            }

            claim.Dispose();
        }

        throw new InvalidOperationException("no sixteen free ports side by side between 10000 and 32000");
    }

    /// <inheritdoc/>
    public void Dispose() => _claim.Dispose();

    private static FileStream? Claim(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // Another test process has it.
        }
    }
}
