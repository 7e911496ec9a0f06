namespace HospitalStreaming.Hospital.Line;

/// <summary>How the models stand.</summary>
/// <param name="Models">Models published.</param>
/// <param name="Failed">Models whose last build failed; their last good version is shown.</param>
/// <param name="FailedTests">Data tests of severity error that fail.</param>
/// <param name="LastBuild">When the last model was published.</param>
/// <param name="SlowestMs">Longest build of the last cycle, milliseconds.</param>
/// <param name="Behind">Changes of current the marts do not show yet (versions of the signal).</param>
internal sealed record ModelFacts(long Models, long Failed, long FailedTests, DateTimeOffset? LastBuild, long SlowestMs, long Behind);
