namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>
/// Tables behind the view hospital_line.signals on BigQuery, one a writer: there two transactions that update one table cancel each other, and
/// the transaction that publishes marts takes longer than the loader's pause.
/// </summary>
public static class SignalTables
{
    /// <summary>The loader's.</summary>
    public const string Current = "current_signals";

    /// <summary>Transform's.</summary>
    public const string Marts = "marts_signals";
}
