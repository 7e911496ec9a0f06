namespace HospitalStreaming.Warehouse.Sql;

/// <summary>Advisory locks of the PostgreSQL warehouse; numbers are arbitrary, but the same everywhere.</summary>
public static class WarehouseLocks
{
    /// <summary>
    /// Whoever changes current tables holds it shared for its transaction (pg_advisory_xact_lock_shared, first statement); verify takes it
    /// exclusively for the moment it needs the marts to catch up with current.
    /// </summary>
    public const long Apply = 7_204_101;

    /// <summary>Held by the one process that publishes marts, for each of its cycles.</summary>
    public const long Transform = 7_204_102;

    /// <summary>The statement that holds <see cref="Apply"/> for a transaction that changes current tables.</summary>
    public static string HoldApply { get; } = $"SELECT pg_advisory_xact_lock_shared({Apply})";
}
