namespace HospitalStreaming.Warehouse.BigQuery;

/// <summary>A value of a described column that a row keeps: what current has, as BigQuery's own cast to text gives it, which a load job takes back.</summary>
/// <param name="Text">The text.</param>
internal sealed record StoredText(string Text);
