namespace HospitalStreaming.Warehouse.Verify;

/// <summary>Compares published marts with a rebuild from current; the transform room provides it.</summary>
public interface IMartsAudit
{
    /// <summary>Compares all marts.</summary>
    Task<VerifyCheck> CompareAsync(CancellationToken cancellation);
}
