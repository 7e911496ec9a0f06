namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>Folders of the checkout.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Models => Path.Combine(Root, "models");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HospitalStreaming.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The checkout's root is not above the test's folder.");
    }
}
