namespace HospitalStreaming.Hospital.Composition;

/// <summary>Where the SQL models are when nobody says: the folder models of the checkout or installation the program or the user is in.</summary>
internal static class ModelsFolder
{
    /// <summary>The nearest models folder above the current folder, else above the program; null where there is none.</summary>
    public static string? Find() => Above(Environment.CurrentDirectory).Concat(Above(AppContext.BaseDirectory))
        .Select(folder => Path.Combine(folder, "models"))
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, "dbt_project.yml")));

    private static IEnumerable<string> Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            yield return at.FullName;
        }
    }
}
