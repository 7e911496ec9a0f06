using System.Runtime.CompilerServices;

namespace HospitalStreaming.Tests.EndToEnd.Support;

/// <summary>The checkout these tests were built from.</summary>
internal static class Checkout
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
