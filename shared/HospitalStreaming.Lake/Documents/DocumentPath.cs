using HospitalStreaming.Core.Naming.Lake;

namespace HospitalStreaming.Lake.Documents;

/// <summary>What a document may be called: it never leaves the lake's folder and never looks like an object.</summary>
internal static class DocumentPath
{
    private static readonly System.Buffers.SearchValues<char> Allowed =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-=/");

    internal static void Check(string path)
    {
        if (path.Length is 0 or > 512 || path.AsSpan().ContainsAnyExcept(Allowed) || path.StartsWith(LakeObjectName.Root, StringComparison.Ordinal)
            || path.Split('/').Any(part => part.Length == 0 || part[0] == '.'))
        {
            throw new ArgumentException("a document's path has parts of letters, digits, dots, hyphens and underscores, none of them hidden, and is not below topics/", nameof(path));
        }
    }

    internal static void CheckPrefix(string prefix)
    {
        if (!prefix.EndsWith('/'))
        {
            throw new ArgumentException("a prefix ends in a slash", nameof(prefix));
        }

        Check(prefix[..^1]);
    }
}
