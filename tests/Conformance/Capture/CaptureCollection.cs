using Xunit;

namespace HospitalStreaming.Tests.Conformance.Capture;

/// <summary>One lab for all capture suites, which therefore run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class CaptureCollection : ICollectionFixture<CaptureLab>
{
    public const string Name = "capture";
}
