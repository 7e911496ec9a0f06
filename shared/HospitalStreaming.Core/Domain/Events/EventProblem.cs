namespace HospitalStreaming.Core.Domain.Events;

/// <summary>What is wrong with one field's value; the detail continues "field NAME …".</summary>
internal sealed record EventProblem(string Reason, string Detail);
