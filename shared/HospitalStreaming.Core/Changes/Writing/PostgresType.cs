namespace HospitalStreaming.Core.Changes.Writing;

/// <summary>A column's type, domains already taken down to their base.</summary>
/// <param name="Kind">How it is written.</param>
/// <param name="Modifier">PostgreSQL's type modifier (atttypmod), -1 for none.</param>
/// <param name="Element">Element type of an array; null otherwise.</param>
/// <param name="Known">False where it goes as text because nothing better is known of it.</param>
public sealed record PostgresType(PostgresKind Kind, int Modifier = -1, PostgresType? Element = null, bool Known = true)
{
    /// <summary>Digits after the point of a numeric, or null where the column sets none.</summary>
    public int? Scale => Modifier < 4 ? null : (short)(((Modifier - 4) & 0x7FF) << 5) >> 5;

    /// <summary>Digits of fractional seconds: 6 unless the column sets fewer.</summary>
    public int FractionDigits => Modifier is >= 0 and <= 6 ? Modifier : 6;
}
