namespace HospitalStreaming.Warehouse.Loading;

/// <summary>Called with a load's poison records before the load takes effect: returns when they are safely in the dead-letter topic.</summary>
public delegate Task SetAside(IReadOnlyList<PoisonRecord> records, CancellationToken cancellation);
