namespace HospitalStreaming.Warehouse.Sql;

/// <summary>Signals kept in hospital_line.signals.</summary>
public static class SignalNames
{
    /// <summary>Bumped in the transaction that changes current tables.</summary>
    public const string Current = "current";

    /// <summary>Bumped together with <see cref="Current"/> when that table's current rows change.</summary>
    public static string CurrentOf(string table) => $"{Current}:{table}";

    /// <summary>Bumped in the transaction that publishes marts.</summary>
    public const string Marts = "marts";

    /// <summary>PostgreSQL NOTIFY channel; the payload is the signal's name.</summary>
    public const string Channel = "hospital_signals";
}
