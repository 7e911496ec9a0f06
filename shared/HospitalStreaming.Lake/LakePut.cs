namespace HospitalStreaming.Lake;

/// <summary>How a create-only write ended.</summary>
/// <param name="Created">Whether this call made the object. False: the name was taken.</param>
/// <param name="Existing">
/// The object that holds the name now. Where its SHA-256 is ours, the bytes are the same: another writer's, or our own after a lost reply.
/// </param>
public sealed record LakePut(bool Created, LakeObject Existing);
