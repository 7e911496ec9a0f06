namespace HospitalStreaming.Core.Domain;

/// <summary>One column of a hospital table.</summary>
/// <param name="Name">Name as in PostgreSQL.</param>
/// <param name="Kind">Type.</param>
/// <param name="Privacy">Privacy class of its values.</param>
/// <param name="Meaning">One sentence for docs and descriptions in the warehouse.</param>
public sealed record ColumnDescription(string Name, ColumnKind Kind, PrivacyClass Privacy, string Meaning)
{
    /// <summary>Whether NULL is allowed. Key columns never are.</summary>
    public bool Nullable { get; init; } = true;

    /// <summary>Largest length in characters of a <see cref="ColumnKind.Text"/>; null for no limit.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Digits of a <see cref="ColumnKind.Numeric"/>.</summary>
    public int Precision { get; init; } = 10;

    /// <summary>Digits after the point of a <see cref="ColumnKind.Numeric"/>.</summary>
    public int Scale { get; init; } = 2;

    /// <summary>The table this column refers to (by that table's key), or null.</summary>
    public string? References { get; init; }

    /// <summary>The type in the source; set for a <see cref="ColumnKind.Source"/> and only there.</summary>
    public Sources.SourceType? Type { get; init; }

    /// <summary>A column that messages have and no description: a text, JSON texts as they are and every other value as its JSON.</summary>
    public static ColumnDescription Undescribed(string name) =>
        new(name, ColumnKind.Source, PrivacyClass.Clinical, "Not described: as the messages have it.") { Type = Sources.SourceType.Undescribed };
}
