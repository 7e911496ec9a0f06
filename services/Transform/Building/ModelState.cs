namespace HospitalStreaming.Transform.Building;

/// <summary>A model's row in model_state, as the last cycle left it.</summary>
internal sealed record ModelState(string Model, long Rows, string Definition, string Inputs, bool IsGood, string Detail, DateOnly? AsOf);
