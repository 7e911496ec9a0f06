using Xunit;

namespace HospitalStreaming.Tests.Conformance.Transform.Support;

/// <summary>The tests that share the lab's PostgreSQL of this room.</summary>
[CollectionDefinition(Name)]
public sealed class TransformCollection : ICollectionFixture<LabPostgres>
{
    public const string Name = "Transform on PostgreSQL";
}
