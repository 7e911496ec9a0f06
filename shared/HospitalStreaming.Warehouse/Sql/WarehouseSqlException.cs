namespace HospitalStreaming.Warehouse.Sql;

/// <summary>The warehouse refused a statement. The message holds no row values: of errors in data only the kind is told.</summary>
/// <param name="code">SQLSTATE on PostgreSQL.</param>
/// <param name="message">What is wrong, without row values.</param>
public sealed class WarehouseSqlException(string code, string message) : Exception($"{message} (SQLSTATE {code})")
{
    /// <summary>SQLSTATE on PostgreSQL.</summary>
    public string Code { get; } = code;

    /// <summary>A table or schema does not exist (yet).</summary>
    public bool IsMissingTable => Code is "42P01" or "3F000";

    /// <summary>Trying again may help: conflict, deadlock, shutdown, lost connection.</summary>
    public bool IsTransient => Code is "40001" or "40P01" or "53300" or "57P01" or "57P02" or "57P03" || Code.StartsWith("08", StringComparison.Ordinal);
}
