using HospitalStreaming.Transform.Reporting;

namespace HospitalStreaming.Transform.Building;

/// <summary>What a cycle writes of one model.</summary>
internal sealed record StateRow(ModelReport Report, string Schema, string Kind, string Inputs, string Definition);
