namespace HospitalStreaming.Dashboard.Tiles;

/// <summary>A tile's data as bytes, shared by everyone who asks.</summary>
/// <param name="Json">{"tile","models","columns","rows"}.</param>
/// <param name="ETag">Strong tag of the content: a rebuild that changed nothing here keeps it.</param>
/// <param name="Token">Build times of the models it was read from, told in a header.</param>
internal sealed record TileAnswer(byte[] Json, string ETag, string Token);
