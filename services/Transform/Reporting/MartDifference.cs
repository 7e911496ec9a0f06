namespace HospitalStreaming.Transform.Reporting;

/// <summary>A published mart against its query run from the sources.</summary>
/// <param name="Model">Name.</param>
/// <param name="RowsMissing">Rows the query gives and the mart lacks.</param>
/// <param name="RowsExtra">Rows the mart has and the query does not give.</param>
/// <param name="Detail">Why it could not be compared; empty where it was.</param>
public sealed record MartDifference(string Model, long RowsMissing, long RowsExtra, string Detail)
{
    /// <summary>Whether the mart equals its query.</summary>
    public bool IsEqual => RowsMissing == 0 && RowsExtra == 0 && Detail.Length == 0;
}
