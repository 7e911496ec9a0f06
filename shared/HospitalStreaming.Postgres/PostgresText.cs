namespace HospitalStreaming.Postgres;

/// <summary>Names and texts as PostgreSQL writes them in statements that take no parameters (DDL).</summary>
public static class PostgresText
{
    /// <summary>An identifier, quoted.</summary>
    public static string Name(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>A text constant, quoted; standard_conforming_strings is on since version 9.1.</summary>
    public static string Literal(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
}
