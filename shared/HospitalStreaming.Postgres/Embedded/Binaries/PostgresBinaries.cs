namespace HospitalStreaming.Postgres.Embedded.Binaries;

/// <summary>PostgreSQL's programs, tried out.</summary>
/// <param name="Folder">Folder with postgres and initdb.</param>
/// <param name="Major">Major version, 15 or later.</param>
internal sealed record PostgresBinaries(string Folder, int Major)
{
    /// <summary>Oldest version the product supports.</summary>
    public const int OldestMajor = 15;

    /// <summary>The server.</summary>
    public string Server => Path.Combine(Folder, "postgres");

    /// <summary>Makes a data folder.</summary>
    public string InitDb => Path.Combine(Folder, "initdb");

    /// <summary>Reads "postgres (PostgreSQL) 18.4 (Debian …)"; null for anything else.</summary>
    public static int? MajorOf(string versionLine)
    {
        const string lead = "postgres (PostgreSQL) ";
        var digits = versionLine.StartsWith(lead, StringComparison.Ordinal)
            ? new string([.. versionLine[lead.Length..].TakeWhile(char.IsAsciiDigit)])
            : string.Empty;
        return int.TryParse(digits, System.Globalization.CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
