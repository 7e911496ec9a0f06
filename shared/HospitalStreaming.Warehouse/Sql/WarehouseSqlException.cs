namespace HospitalStreaming.Warehouse.Sql;

/// <summary>The warehouse refused a statement. The message holds no row values: of errors in data only the kind is told.</summary>
/// <param name="code">SQLSTATE on PostgreSQL, the error's reason on BigQuery.</param>
/// <param name="message">What is wrong, without row values.</param>
public sealed class WarehouseSqlException(string code, string message) : Exception($"{message} ({(code.Length == 5 ? "SQLSTATE " : string.Empty)}{code})")
{
    internal const string NotFound = "notFound";
    internal const string Unreachable = "unreachable";

    /// <summary>SQLSTATE on PostgreSQL, the error's reason on BigQuery.</summary>
    public string Code { get; } = code;

    /// <summary>A table or schema does not exist (yet).</summary>
    public bool IsMissingTable => Code is "42P01" or "3F000" or NotFound;

    /// <summary>Trying again may help: conflict, deadlock, shutdown, lost connection.</summary>
    public bool IsTransient => Code is "40001" or "40P01" or "53300" or "57P01" or "57P02" or "57P03"
        or Unreachable or "backendError" or "internalError" or "rateLimitExceeded" or "jobRateLimitExceeded" || Code.StartsWith("08", StringComparison.Ordinal);
}
