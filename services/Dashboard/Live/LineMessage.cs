using HospitalStreaming.Dashboard.Freshness;
using HospitalStreaming.Hosting.Line;

namespace HospitalStreaming.Dashboard.Live;

/// <summary>Event `line` of the live channel, and the answer of /api/line (with the minutes).</summary>
/// <param name="At">This server's clock.</param>
/// <param name="Line">The stops as last sampled.</param>
/// <param name="Freshness">Commit to chart; the live event leaves the minutes out.</param>
/// <param name="Viewers">Open live channels, this process's own probe among them.</param>
/// <param name="MartsVersion">Version of the marts shown.</param>
/// <param name="MartsAsOf">When they were published.</param>
internal sealed record LineMessage(DateTimeOffset At, LineSnapshot Line, FreshnessReport Freshness, int Viewers, long? MartsVersion, DateTimeOffset? MartsAsOf);
