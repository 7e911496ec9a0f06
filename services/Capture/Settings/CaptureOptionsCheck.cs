using HospitalStreaming.Hosting.Settings;
using HospitalStreaming.Postgres;
using Microsoft.Extensions.Options;

namespace HospitalStreaming.Capture.Settings;

/// <summary>Names everything wrong in section Capture.</summary>
internal sealed class CaptureOptionsCheck(IOptions<CaptureOptions> options, IOptions<PostgresOptions> postgres) : IOptionsCheck
{
    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var problems = new List<SettingProblem>();
        CaptureSettingsReader.Read(options.Value, postgres.Value.ConnectionString, problems);
        return problems;
    }
}
