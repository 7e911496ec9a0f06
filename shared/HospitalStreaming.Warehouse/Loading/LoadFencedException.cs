namespace HospitalStreaming.Warehouse.Loading;

/// <summary>Another loader has taken over, or has loaded these objects already; nothing of this load took effect.</summary>
public sealed class LoadFencedException(string message) : Exception(message);
