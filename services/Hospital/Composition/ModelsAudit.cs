using System.Globalization;
using HospitalStreaming.Transform;
using HospitalStreaming.Transform.Reporting;
using HospitalStreaming.Warehouse.Verify;

namespace HospitalStreaming.Hospital.Composition;

/// <summary>Verify's last check: every published mart against its SQL run anew, by the engine that publishes them.</summary>
internal sealed class ModelsAudit(ModelRunner runner) : IMartsAudit
{
    private const string Name = "current = marts (each mart against its SQL run anew)";

    /// <inheritdoc/>
    public async Task<VerifyCheck> CompareAsync(CancellationToken cancellation)
    {
        var report = await runner.RebuildAndCompareAsync(cancellation);
        return new VerifyCheck(
            Name,
            [string.Create(CultureInfo.InvariantCulture, $"{report.Marts.Length} marts at version {report.Version} of current, clock {report.AsOf:yyyy-MM-dd}, in {report.Took.TotalSeconds:0.0} s")],
            [.. report.Marts.Where(mart => !mart.IsEqual).Select(Describe)],
            report.Marts.IsEmpty ? "no mart is published yet" : null);
    }

    private static string Describe(MartDifference mart) => mart.Detail.Length > 0
        ? $"{mart.Model}: {mart.Detail}"
        : string.Create(CultureInfo.InvariantCulture, $"{mart.Model}: {mart.RowsMissing:N0} rows missing, {mart.RowsExtra:N0} rows that its SQL does not give");
}
